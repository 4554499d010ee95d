import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { accessWanted, hasToken, keepToken, tokenVersion } from './base/client.js';
import { headlineOf } from './base/headline.js';
import { linkTo, place } from './base/router.js';
import { connection, status } from './base/status-store.js';
import { useStore } from './base/store.js';
import { AccessForm } from './parts/access-form.jsx';
import { pageOf, PAGES } from './pages/index.js';

/** The frame of all pages: the name, the menu, the state of the system, and the page itself. */
export function App(): JSX.Element {
  const at = useStore(place);
  const wanted = useStore(accessWanted);
  const { name, title, Page } = pageOf(at);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} – Sluice`;
    // At the first page, the focus is already right.
    if (!isFirst.current) main.current?.querySelector('h1')?.focus();
    if (!isFirst.current) scrollTo(0, 0);
    isFirst.current = false;
  }, [at.path.join('/')]);
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={skipTo(main)}>
        Skip to the page
      </a>
      <Sidebar current={name} />
      <main id="main" ref={main} tabIndex={-1}>
        {wanted !== undefined && (
          <section class="card banner" aria-label="Access">
            <AccessForm scope="read" />
          </section>
        )}
        <Page key={at.path.join('/')} place={at} />
      </main>
      <Announcement />
    </div>
  );
}

/** The URL fragment holds the page, so it cannot also hold an anchor. */
function skipTo(main: { current: HTMLElement | null }) {
  return (event: Event): void => {
    event.preventDefault();
    main.current?.focus();
  };
}

function Sidebar({ current }: { current: string }): JSX.Element {
  const { tone, text } = headlineOf(useStore(status));
  const live = useStore(connection);
  useStore(tokenVersion);
  return (
    <div class="sidebar" role="banner">
      <a class="brand" href={linkTo([])}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <rect width="16" height="16" rx="4" />
          <path d="M3.5 4.5h9M3.5 8h6M3.5 11.5h3" />
        </svg>
        Sluice
      </a>
      <nav aria-label="Pages of the console">
        <ul>
          {PAGES.map(({ name, title }) => (
            <li key={name}>
              <a href={linkTo(name === 'overview' ? [] : [name])} aria-current={name === current ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="sidebar-foot">
        <p class="state" data-tone={live.isLive ? tone : 'unknown'}>
          <i aria-hidden="true" />
          <span>{live.isLive ? text : live.text}</span>
        </p>
        {hasToken() && (
          <button type="button" onClick={() => keepToken('')}>
            Forget the token
          </button>
        )}
      </div>
    </div>
  );
}

/** Announces each change of state, but not each change of a number. */
function Announcement(): JSX.Element {
  const { kind, text } = headlineOf(useStore(status));
  const said = useRef({ kind: '', text: '' });
  if (said.current.kind !== kind) said.current = { kind, text };
  return (
    <p id="announcement" class="unseen" role="status">
      {said.current.text}
    </p>
  );
}

import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { RefusedError } from '../base/client.js';
import type { Resource } from '../base/resource.js';
import { linkTo } from '../base/router.js';
import { AccessForm } from './access-form.jsx';

interface CardProps {
  title: string;
  note?: ComponentChildren;
  /** At the right end of the title. */
  actions?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Card({ title, note, actions, class: more = '', children }: CardProps): JSX.Element {
  const id = useId();
  return (
    <section class={`card ${more}`} aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {actions}
      </div>
      {note !== undefined && <p class="note">{note}</p>}
      {children}
    </section>
  );
}

/** The title of a page. It gets the focus when the page is opened, so that a screen reader begins there. */
export function PageTitle({ children, note }: { children: ComponentChildren; note?: ComponentChildren }): JSX.Element {
  return (
    <header class="page-title">
      <h1 tabIndex={-1}>{children}</h1>
      {note !== undefined && <p class="note">{note}</p>}
    </header>
  );
}

export function Badge({ tone, children }: { tone: string; children: ComponentChildren }): JSX.Element {
  return (
    <span class="badge" data-tone={tone}>
      {children}
    </span>
  );
}

/** Shown instead of rows. */
export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

/** Why something is not shown; with a field for a token if one would help. */
export function Failure({ error }: { error: Error }): JSX.Element {
  const isAboutAccess = error instanceof RefusedError && error.isAboutAccess;
  return (
    <div class="failure" role="alert">
      <p>{error.message}</p>
      {error instanceof RefusedError && error.errors.length > 0 && (
        <ul>
          {error.errors.map(({ pointer, detail }) => (
            <li key={pointer}>
              <code>{pointer}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {isAboutAccess && error.status === 403 && <AccessForm scope="operate" />}
    </div>
  );
}

/** The answer of a resource, or why there is none. */
export function Loaded<T>(props: { of: Resource<T>; children: (value: T) => ComponentChildren }): JSX.Element {
  const { value, error } = props.of;
  if (error !== undefined) return <Failure error={error} />;
  if (value === undefined) return <Empty>Loading…</Empty>;
  return <>{props.children(value)}</>;
}

export function RunbookLink({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return <a href={linkTo(['runbooks', name])}>{children}</a>;
}

/** A table that scrolls within itself if it is too wide; with the keyboard, too. */
export function Table({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly string[];
  children: ComponentChildren;
}) {
  return (
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Pages of a cursor: a page in the middle has no link. */
export function Pager(props: { page: number; hasMore: boolean; onFirst: () => void; onNext: () => void }): JSX.Element {
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" disabled={props.page === 1} onClick={props.onFirst}>
        First page
      </button>
      <span>Page {props.page}</span>
      <button type="button" disabled={!props.hasMore} onClick={props.onNext}>
        Next page
      </button>
    </nav>
  );
}

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { withParameters } from '../base/client.js';
import { time } from '../base/format.js';
import { type Resource, useResource } from '../base/resource.js';
import type { Page } from '../base/types.js';
import { Loaded, Pager } from './ui.jsx';

const PAGE_SIZE = 50;

interface CursorPagesProps<T> {
  path: string;
  filter: Readonly<Record<string, string | undefined>>;
  /**
   * Shows one page, with the pager below its items. Give the component a `key` of the filter: another filter begins at its first
   * page.
   */
  children: (answer: T, pager: JSX.Element, reload: Resource<T>['reload']) => JSX.Element;
}

/** A list that is read page by page with its cursors. */
export function CursorPages<T extends Page>({ path, filter, children }: CursorPagesProps<T>): JSX.Element {
  const [{ cursor, page }, turn] = useState<{ cursor: string | undefined; page: number }>({
    cursor: undefined,
    page: 1,
  });
  const answer = useResource<T>(withParameters(path, { ...filter, limit: PAGE_SIZE, cursor }));
  return (
    <Loaded of={answer}>
      {(value) => {
        const onNext = () => turn({ cursor: value.next_cursor ?? undefined, page: page + 1 });
        const onFirst = () => turn({ cursor: undefined, page: 1 });
        const pager = <Pager page={page} hasMore={value.has_more} onFirst={onFirst} onNext={onNext} />;
        return children(value, pager, answer.reload);
      }}
    </Loaded>
  );
}

/** The time up to which a list is complete, and a button that reads it again. */
export function AboveTable({ at, reload }: { at: string | null | undefined; reload: () => void }): JSX.Element {
  return (
    <div class="above-table">
      <CompleteThrough at={at} />
      <button type="button" onClick={reload}>
        Refresh
      </button>
    </div>
  );
}

/** The time up to which an answer has every received record. */
export function CompleteThrough({ at }: { at: string | null | undefined }): JSX.Element {
  if (at === undefined) return <span />;
  const text = at === null ? 'not known' : time(at);
  return <span class="soft">Complete for records received up to: {text}</span>;
}

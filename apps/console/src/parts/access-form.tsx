import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { keepToken } from '../base/client.js';

const TEXTS = {
  read: 'This address shows its data to people with a token. Ask the operator for the token of a reader.',
  operate: 'This part is for operators. Ask for a token with the scope operate.',
};

/** Asks a person for a token. It is kept for this tab only, and sent in a header. */
export function AccessForm({ scope }: { scope: keyof typeof TEXTS }): JSX.Element {
  const id = useId();
  const [token, setToken] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    keepToken(token.trim());
    setToken('');
  };
  return (
    <form class="access" onSubmit={submit}>
      <p>{TEXTS[scope]}</p>
      <label for={id}>Token</label>
      <div class="row">
        <input
          id={id}
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          placeholder="sluice_…"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <button class="primary">Use it in this tab</button>
      </div>
      <p class="note">
        The tab forgets it when it is closed. An operator makes tokens with{' '}
        <code>sluice tokens create {scope === 'read' ? '--reader' : '--operator --scope operate --scope read'}</code>.
      </p>
    </form>
  );
}

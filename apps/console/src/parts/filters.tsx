import type { ComponentChildren, JSX } from 'preact';

interface FiltersProps {
  onSubmit: (values: Record<string, string>) => void;
  /** The link of the page without a filter. */
  reset: string;
  children: ComponentChildren;
}

/** The filters of a list. They are part of the address, so that a list can be shared. */
export function Filters({ onSubmit, reset, children }: FiltersProps): JSX.Element {
  const submit = (event: Event): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    onSubmit(Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()])));
  };
  return (
    <form class="filters" onSubmit={submit}>
      {children}
      <button class="primary">Show</button>
      <a href={reset}>Reset</a>
    </form>
  );
}

interface FieldProps {
  name: string;
  label: string;
  value?: string | undefined;
  type?: 'text' | 'datetime-local';
}

export function Field({ name, label, value = '', type = 'text' }: FieldProps): JSX.Element {
  const shared = { name, defaultValue: value, autocomplete: 'off', spellcheck: false } as const;
  return (
    <label class="field">
      <span>{label}</span>
      {type === 'text' ? <input key={value} {...shared} /> : <input key={value} type={type} step={1} {...shared} />}
    </label>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  value?: string | undefined;
  /** The labels, by their values. */
  options: Readonly<Record<string, string>>;
}

export function Choice({ name, label, value = '', options }: ChoiceProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select key={value} name={name}>
        {Object.entries(options).map(([each, text]) => (
          <option key={each} value={each} selected={each === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A date and time field uses the zone of the browser; the API takes an instant. */
export function localToInstant(local: string | undefined): string | undefined {
  if (local === undefined || local === '') return undefined;
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? local : at.toISOString();
}

import type { JSX } from 'preact';
import { type EditRow, NEW_EDIT, OPERATIONS } from '../base/redrive-edits.js';

interface EditListProps {
  rows: readonly EditRow[];
  onChange: (rows: readonly EditRow[]) => void;
}

/** The operations that change each event of a redrive before it is checked and sent. */
export function EditList({ rows, onChange }: EditListProps): JSX.Element {
  const change = (index: number, part: Partial<EditRow>): void =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...part } : row)));
  return (
    <fieldset class="edits">
      <legend>Edits of each event</legend>
      {rows.length > 0 && (
        <ul>
          {rows.map((row, index) => (
            <li key={index}>
              <EditFields
                row={row}
                name={`Edit ${index + 1}`}
                onChange={(part) => change(index, part)}
                onRemove={() => onChange(rows.filter((_row, at) => at !== index))}
              />
            </li>
          ))}
        </ul>
      )}
      <button type="button" onClick={() => onChange([...rows, NEW_EDIT])}>
        Add an edit
      </button>
    </fieldset>
  );
}

interface EditFieldsProps {
  row: EditRow;
  name: string;
  onChange: (part: Partial<EditRow>) => void;
  onRemove: () => void;
}

function EditFields({ row: { op, path, value }, name, onChange, onRemove }: EditFieldsProps): JSX.Element {
  return (
    <>
      <label class="field">
        <span>Operation</span>
        <select value={op} onChange={({ currentTarget }) => onChange({ op: currentTarget.value as EditRow['op'] })}>
          {OPERATIONS.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <TextField label="Path (JSON Pointer)" value={path} onInput={(text) => onChange({ path: text })} />
      {op !== 'remove' && (
        <TextField label="Value (JSON)" value={value} onInput={(text) => onChange({ value: text })} />
      )}
      <button type="button" aria-label={`Remove ${name.toLowerCase()}`} onClick={onRemove}>
        Remove
      </button>
    </>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  onInput: (text: string) => void;
}

function TextField({ label, value, onInput }: TextFieldProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

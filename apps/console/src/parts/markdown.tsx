import type { ComponentChildren, JSX } from 'preact';
import { linkTo } from '../base/router.js';

/** The runbooks use this part of Markdown: headings, paragraphs, lists, tables, code, links, bold text. */
export function Markdown({ text }: { text: string }): JSX.Element {
  return <div class="prose">{blocksOf(text.split('\n')).map(blockOf)}</div>;
}

type Block = readonly string[];

/** Lines up to an empty one; code keeps its empty lines. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: string[][] = [[]];
  let isCode = false;
  for (const line of lines) {
    const isFence = line.startsWith('```');
    if (isFence && !isCode) blocks.push([]);
    if (line === '' && !isCode) blocks.push([]);
    else blocks.at(-1)!.push(line);
    if (isFence && isCode) blocks.push([]);
    if (isFence) isCode = !isCode;
  }
  return blocks.filter((block) => block.length > 0);
}

function blockOf(block: Block): JSX.Element {
  const [first = ''] = block;
  if (first.startsWith('```')) return <pre tabIndex={0}>{block.slice(1, -1).join('\n')}</pre>;
  if (first.startsWith('# ')) return <h1 tabIndex={-1}>{inline(first.slice(2))}</h1>;
  if (first.startsWith('#')) return <h2>{inline(first.replace(/^#+ /, ''))}</h2>;
  if (first.startsWith('|')) return tableOf(block);
  if (/^(- |\d+\. )/.test(first)) return listOf(block);
  return <p>{inline(block.join(' '))}</p>;
}

function listOf(block: Block): JSX.Element {
  const items: string[] = [];
  for (const line of block) {
    if (/^(- |\d+\. )/.test(line)) items.push(line.replace(/^(- |\d+\. )/, ''));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  const shown = items.map((item) => <li>{inline(item)}</li>);
  return block[0]!.startsWith('- ') ? <ul>{shown}</ul> : <ol>{shown}</ol>;
}

function tableOf([head = '', , ...rows]: Block): JSX.Element {
  const cells = (row: string): string[] =>
    row
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => cell.trim());
  return (
    <div class="scroll" role="group" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {cells(head).map((cell) => (
              <th scope="col">{inline(cell)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {cells(row).map((cell) => (
                <td>{inline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)/g;

function inline(text: string): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    const [, code, bold, label, target] = match;
    if (code !== undefined) parts.push(<code>{code}</code>);
    else if (bold !== undefined) parts.push(<strong>{inline(bold)}</strong>);
    else parts.push(linkOf(label!, target!));
  }
  return [...parts, text.slice(end)];
}

/** Runbooks link to each other; other pages of the repository are not included. */
function linkOf(label: string, target: string): ComponentChildren {
  const runbook = /^([\w-]+)\.md$/.exec(target)?.[1];
  return runbook === undefined ? label : <a href={linkTo(['runbooks', runbook])}>{label}</a>;
}

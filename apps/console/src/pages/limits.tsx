import type { JSX } from 'preact';
import { count, time } from '../base/format.js';
import { useResource } from '../base/resource.js';
import type { Limits, Tokens } from '../base/types.js';
import { Badge, Card, Empty, Loaded, PageTitle, RunbookLink, Table } from '../parts/ui.jsx';

const LOOK_EVERY_MS = 10_000;

/** The limits in effect, the rejections, and who may send and read. Settings are changed where the process is started. */
export function LimitsPage(): JSX.Element {
  return (
    <>
      <PageTitle note="Read only: limits are settings of the gateway, and the command sluice tokens makes and revokes tokens.">
        Limits and tokens
      </PageTitle>
      <LimitsCards />
      <TokensCard />
    </>
  );
}

function LimitsCards(): JSX.Element {
  const answer = useResource<Limits>('limits', LOOK_EVERY_MS);
  return (
    <Loaded of={answer}>
      {({ limits, rejected, since }) => (
        <>
          <Card
            title="Rejected, by reason"
            note={`By the gateway behind this address since ${time(since)}.`}
            actions={<RunbookLink name="shedding">When devices are turned away</RunbookLink>}
          >
            <Rejected rejected={rejected} />
          </Card>
          <Card title="Limits" note="Of the gateway behind this address.">
            <Table label="Limits" head={['Setting', 'Value', 'What it does']}>
              {limits.map(({ name, value, default: fallback, description }) => (
                <tr key={name}>
                  <td>
                    <code>{name}</code>
                  </td>
                  <td class="number">
                    {shown(value)} {value !== fallback && <Badge tone="unknown">set</Badge>}
                  </td>
                  <td>{description}</td>
                </tr>
              ))}
            </Table>
          </Card>
        </>
      )}
    </Loaded>
  );
}

function Rejected({ rejected }: Pick<Limits, 'rejected'>): JSX.Element {
  const rows = Object.entries(rejected).filter(([, amount]) => amount > 0);
  if (rows.length === 0) return <Empty>None.</Empty>;
  return (
    <ul class="counts" id="rejected">
      {rows
        .sort(([, one], [, other]) => other - one)
        .map(([reason, amount]) => (
          <li key={reason}>
            <span>{reason}</span>
            <b>{count(amount)}</b>
          </li>
        ))}
    </ul>
  );
}

const shown = (value: string | number): string =>
  typeof value === 'number' ? count(value) : value === '' ? 'empty' : value;

function TokensCard(): JSX.Element {
  const answer = useResource<Tokens>('tokens');
  return (
    <Card title="Tokens" note="Never their secrets: Sluice does not have them.">
      <Loaded of={answer}>
        {({ access, tokens }) => {
          if (access === 'open')
            return <Empty>Access is open: every client that reaches the address may send and read.</Empty>;
          return <TokenTable tokens={tokens} />;
        }}
      </Loaded>
    </Card>
  );
}

function TokenTable({ tokens }: Pick<Tokens, 'tokens'>): JSX.Element {
  return (
    <Table label="Tokens" head={['Token', 'For', 'Scopes', 'Created', 'Expires', 'Last used', 'State']}>
      {tokens.map((token) => (
        <tr key={token.id}>
          <td>
            <code>{token.id}</code>
          </td>
          <td>{token.holder}</td>
          <td>{token.scopes.join(', ')}</td>
          <td>{time(token.created_at)}</td>
          <td>{token.expires_at === null ? 'never' : time(token.expires_at)}</td>
          <td>{time(token.last_used_at)}</td>
          <td>
            <Badge tone={token.state === 'valid' ? 'good' : 'warn'}>{token.state}</Badge>
          </td>
        </tr>
      ))}
    </Table>
  );
}

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { postJson } from '../base/client.js';
import { count, time } from '../base/format.js';
import { type EditRow, editsOf } from '../base/redrive-edits.js';
import { useResource } from '../base/resource.js';
import type { Redrive, RedrivePlan } from '../base/types.js';
import { EditList } from './edit-list.jsx';
import { Badge, Card, Empty, Failure, Loaded, RunbookLink } from './ui.jsx';

const LOOK_EVERY_MS = 5_000;
const TONES: Readonly<Record<string, string>> = { running: 'warn', paused: 'warn', done: 'good', failed: 'bad' };
/** The command line lists more of them. */
const SHOWN = 5;

/** The last redrives and their progress. */
export function Redrives(): JSX.Element {
  const answer = useResource<{ redrives: readonly Redrive[] }>('redrives', LOOK_EVERY_MS);
  return (
    <Card title="Redrives" note={<RunbookLink name="redrive-stuck">When a redrive makes no progress</RunbookLink>}>
      <Loaded of={answer}>
        {({ redrives }) =>
          redrives.length === 0 ? (
            <Empty>None yet.</Empty>
          ) : (
            <ul class="redrives">
              {redrives.slice(0, SHOWN).map((redrive) => (
                <RedriveRow key={redrive.id} redrive={redrive} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

function RedriveRow({ redrive }: { redrive: Redrive }): JSX.Element {
  const { id, state, counts, verdict, waiting_for, created_at, error } = redrive;
  return (
    <li>
      <Badge tone={TONES[state] ?? 'unknown'}>{state}</Badge> <code class="cut">{id}</code>{' '}
      <span class="soft">
        {created_at !== undefined && `${time(created_at)} · `}
        {count(counts['published'])} published, {count(counts['refused'])} refused, {count(counts['skipped'])} skipped
        {waiting_for != null && ` · waits for ${waiting_for.replace('_', ' ')}`}
        {verdict != null && ` · ${count(verdict.stored)} stored, ${count(verdict.came_back)} came back`}
        {error != null && ` · ${error}`}
      </span>
    </li>
  );
}

interface Filter {
  reason?: string | undefined;
  device_id?: string | undefined;
  key?: string;
}

/** Plans a redrive of the letters in a list, and runs exactly the shown plan. */
export function PlanRedrive({ filter }: { filter: Filter }): JSX.Element {
  const [edits, setEdits] = useState<readonly EditRow[]>([]);
  const [plan, setPlan] = useState<RedrivePlan>();
  const [started, setStarted] = useState<Redrive>();
  const [error, setError] = useState<Error>();
  const dryRun = (): void => {
    setError(undefined);
    planOf(filter, edits).then(setPlan, setError);
  };
  const change = (rows: readonly EditRow[]): void => {
    setEdits(rows);
    // A plan is run as it is: after a change another one is needed.
    setPlan(undefined);
    setError(undefined);
  };
  const run = (): void => {
    setError(undefined);
    postJson<Redrive>('redrives', { plan_hash: plan!.plan_hash }).then(setStarted, setError);
  };
  const isWide = Object.values(filter).every((value) => value === undefined);
  return (
    <Card title="Redrive" note="Sends dead letters into the event log again. The plan comes first and changes nothing.">
      {isWide && <Empty>Choose a reason or a device above; a redrive needs a filter.</Empty>}
      {!isWide && started === undefined && <EditList rows={edits} onChange={change} />}
      {!isWide && plan === undefined && (
        <button type="button" onClick={dryRun}>
          Plan a redrive of these
        </button>
      )}
      {plan !== undefined && started === undefined && <Planned plan={plan} run={run} />}
      {started !== undefined && (
        <p role="status">
          Redrive <code>{started.id}</code> is {started.state}.
        </p>
      )}
      {error !== undefined && <Failure error={error} />}
    </Card>
  );
}

async function planOf(filter: Filter, edits: readonly EditRow[]): Promise<RedrivePlan> {
  const edit = edits.length === 0 ? {} : { edit: editsOf(edits) };
  return postJson<RedrivePlan>('redrives', { filter: filterOf(filter), ...edit, dry_run: true });
}

function Planned({ plan, run }: { plan: RedrivePlan; run: () => void }): JSX.Element {
  const { matched, would_pass, would_fail, skipped } = plan.counts;
  return (
    <div role="status">
      <p>
        {count(matched)} match: {count(would_pass)} would pass, {count(would_fail)} would fail; {count(skipped)} were
        decided before.{plan.partial && ' More may match: redrive these, then plan again.'}
      </p>
      <ul>
        {plan.failures.map(({ reason, detail, count: amount, example }) => (
          <li key={reason}>
            {count(amount)} × <code>{reason}</code>: {detail} <span class="soft">({example})</span>
          </li>
        ))}
      </ul>
      <button type="button" class="primary" disabled={would_pass === 0} onClick={run}>
        Run exactly this plan
      </button>
    </div>
  );
}

function filterOf({ reason, device_id, key }: Filter): object {
  return {
    ...(reason !== undefined && { reasons: reason.split(',') }),
    ...(device_id !== undefined && { device_id }),
    ...(key !== undefined && { keys: [key] }),
  };
}

/** Answers of the API, as far as the console reads them. OpenAPI describes them in full. */
type JsonObject = Readonly<Record<string, unknown>>;

export type PartState = 'up' | 'paused' | 'down' | 'unknown';

export interface Part {
  state: PartState;
  reason: string | null;
}

export interface RecentRecord {
  received_at: string;
  device_id: string | null;
  record_id: string | null;
  preview: string;
  state: string;
}

export interface Worker {
  client_id: string;
  host: string | null;
  partitions: readonly number[];
}

/** `GET /status` */
export interface Status {
  at: string;
  rates: { in_per_second: number; out_per_second: number } | null;
  buffer: {
    waiting: number;
    oldest_age_seconds: number | null;
    state: 'idle' | 'draining' | 'paused' | null;
    reason: string | null;
    partition_count: number;
    partitions: readonly { partition: number; lag: number; oldest_age_seconds: number | null }[];
  } | null;
  recent: readonly RecentRecord[] | null;
  dead_letters: {
    total: number;
    undecided: number | null;
    counted: number;
    reasons: Readonly<Record<string, number>>;
  } | null;
  parts: { event_log: Part; buffer_worker: Part; record_store: Part };
  workers: readonly Worker[] | null;
  names: { events: string; dead_letters: string; store_group: string };
}

type Figures = readonly (number | null)[];

/** `GET /status/history` */
export interface History {
  step_seconds: number;
  at: readonly string[];
  received_per_second: Figures;
  stored_per_second: Figures;
  dead_lettered_per_second: Figures;
  waiting: Figures;
  oldest_age_seconds: Figures;
  dead_letters: Figures;
}

export interface StoredRecord {
  device_id: string;
  record_id: string;
  timestamp: string;
  received_at: string;
  stored_at: string | null;
  data_payload: JsonObject;
}

export interface Page {
  has_more: boolean;
  next_cursor: string | null;
}

/** `GET /records` */
export interface RecordsPage extends Page {
  records: readonly StoredRecord[];
  complete_through?: string | null;
}

export interface Device {
  device_id: string;
  /** null: every record of it is ahead of the clock of the service */
  last_timestamp: string | null;
  last_received_at: string;
}

/** `GET /devices` */
export interface DevicesPage extends Page {
  devices: readonly Device[];
  complete_through: string | null;
}

/** `GET /records/{device_id}/latest` */
export interface LatestRecord extends StoredRecord {
  ahead: { record_id: string; timestamp: string; received_at: string } | null;
  complete_through?: string | null;
}

/** `POST /latest` */
export interface LatestOfMany {
  records: readonly LatestRecord[];
}

/** `GET /records/{device_id}/series` with `points` */
export interface Series {
  points: readonly { timestamp: string; value: number }[];
  gaps: readonly { from: string; to: string }[];
  missing: number;
  non_numeric: number;
}

interface Disposition {
  kind: 'discarded' | 'redriven';
  why?: string;
  at?: string;
  by?: unknown;
}

/** One letter of `GET /dead-letters` */
export interface Letter {
  partition: number;
  offset: number;
  reason: string;
  detail: string;
  device_id: string | null;
  record_id: string | null;
  dead_lettered_at: string;
  redrive_count: number;
  size_bytes: number;
  value: string | null;
  value_is_cut: boolean;
  disposition: Disposition | null;
}

/** `GET /dead-letters/{partition}/{offset}` */
export interface LetterDetail extends Letter {
  attempts: number | null;
  origin: JsonObject | null;
  headers: Readonly<Record<string, string>>;
  value_base64: string | null;
  check: { would: 'pass' | 'fail'; reason: string | null; detail: string };
  stored: JsonObject | null;
  verdict?: string | null;
}

export interface LettersPage extends Page {
  letters: readonly Letter[];
  partial: boolean;
}

/** `GET /dead-letters/summary` */
export interface LetterSummary {
  total: number;
  without_disposition: number;
  scanned: number;
  partial: boolean;
  by_reason: Readonly<Record<string, number>>;
}

/** The answer of `POST /redrives` with `dry_run` */
export interface RedrivePlan {
  plan_hash: string;
  counts: Readonly<Record<'read' | 'matched' | 'would_pass' | 'would_fail' | 'skipped', number>>;
  failures: readonly { reason: string; detail: string; count: number; example: string }[];
  partial: boolean;
}

/** One of `GET /redrives` */
export interface Redrive {
  id: string;
  state: string;
  actor?: string;
  counts: Readonly<Record<string, number>>;
  rate?: number;
  waiting_for?: string | null;
  created_at?: string;
  error?: string | null;
  verdict?: { stored: number; came_back: number; waiting: number } | null;
}

/** `GET /limits` */
export interface Limits {
  limits: readonly { name: string; value: string | number; default: string | number; description: string }[];
  rejected: Readonly<Record<string, number>>;
  since: string;
}

/** `GET /tokens` */
export interface Tokens {
  access: 'open' | 'tokens';
  tokens: readonly {
    id: string;
    holder: string;
    scopes: readonly string[];
    created_at: string | null;
    expires_at: string | null;
    last_used_at: string | null;
    state: string;
  }[];
}

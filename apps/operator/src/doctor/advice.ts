import type { KafkaAccess, LogRight } from '@sluice/event-log';

/** "Write on the topic ingest.events" */
export function rightText({ operation, on }: LogRight): string {
  return 'topic' in on ? `${operation} on the topic ${on.topic}` : `${operation} on the group ${on.group}`;
}

/** The command that gives a right to the login. The address of the brokers is the operator's. */
export function aclCommand({ operation, on }: LogRight, principal: string): string {
  const resource = 'topic' in on ? `--topic ${on.topic}` : `--group ${on.group}`;
  const who = `--add --allow-principal ${JSON.stringify(principal)}`;
  return `kafka-acls.sh --bootstrap-server HOST:9092 --command-config admin.properties ${who} --operation ${operation} ${resource}`;
}

/** The login as brokers name it by default. The subject of a certificate and of a token is known to the broker only. */
export function principalOf({ sasl, tls }: KafkaAccess = {}): string {
  if (sasl !== undefined && 'username' in sasl) return `User:${sasl.username}`;
  if (sasl?.mechanism === 'oauthbearer') return `User:${sasl.clientId}`;
  if (sasl !== undefined) return 'User:NAME';
  return tls?.certFile === undefined ? 'User:ANONYMOUS' : 'User:SUBJECT-OF-THE-CERTIFICATE';
}

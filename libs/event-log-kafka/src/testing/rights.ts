import kafkajs, { Kafka, logLevel, type AclEntry, type Admin } from 'kafkajs';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** One right of one user, on a topic, on a group or on the cluster. */
export interface Right {
  user: string;
  on: { topic: string } | { group: string } | { cluster: true };
  to: 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS' | 'ALTER' | 'DELETE';
}

/** Grants and revokes rights, as a super user. */
export class Rights {
  private readonly admin: Admin;

  /** @param address of the broker, without TLS */
  constructor(address: string) {
    this.admin = new Kafka({ clientId: 'by-hand', brokers: [address], logLevel: logLevel.NOTHING }).admin();
  }

  async give(rights: readonly Right[]): Promise<void> {
    await this.admin.connect();
    await this.admin.createAcls({ acl: rights.map(entryOf) });
  }

  async revoke(rights: readonly Right[]): Promise<void> {
    await this.admin.connect();
    await this.admin.deleteAcls({ filters: rights.map(entryOf) });
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}

function entryOf({ user, on, to }: Right): AclEntry {
  return {
    ...resourceOf(on),
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation: AclOperationTypes[to],
    permissionType: AclPermissionTypes.ALLOW,
  };
}

function resourceOf(on: Right['on']) {
  if ('topic' in on) return { resourceType: AclResourceTypes.TOPIC, resourceName: on.topic };
  if ('group' in on) return { resourceType: AclResourceTypes.GROUP, resourceName: on.group };
  return { resourceType: AclResourceTypes.CLUSTER, resourceName: 'kafka-cluster' };
}

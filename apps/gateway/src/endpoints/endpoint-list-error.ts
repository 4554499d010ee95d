/** A list of endpoints that cannot be used: says where it stands, which entry is wrong, and what is allowed there. */
export class EndpointListError extends Error {
  override readonly name = 'EndpointListError';
  readonly code = 'invalid-endpoints';
}

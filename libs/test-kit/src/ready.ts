/** @returns `true`, or `undefined` while the address does not answer that it is ready */
export async function isReady(baseUrl: string): Promise<true | undefined> {
  const response = await fetch(`${baseUrl}/health/ready`);
  await response.body?.cancel();
  return response.ok || undefined;
}

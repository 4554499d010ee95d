// The health check of the container image. Usage: node health.mjs live|ready
const [, , question = 'live'] = process.argv;
const port = process.env.PORT || 8000;

try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/${question}`);
  if (!answer.ok) console.error(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(`nothing answers on port ${port}: ${error.cause?.code ?? error.message}`);
  process.exitCode = 1;
}

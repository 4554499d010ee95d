export interface LagPoint {
  /** Since the load began. */
  seconds: number;
  lag: number;
  workers: number;
}

export interface LagRun {
  name: string;
  points: readonly LagPoint[];
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [800, 400, 80, 40, 20, 180];
const COLORS = ['#1b6ca8', '#d1495b', '#3a7d44', '#8e5ea2', '#b8860b', '#444444'];

/** An SVG of the lag over time, one line for each run. */
export function chartOf(runs: readonly LagRun[]): string {
  const points = runs.flatMap((run) => run.points);
  const maxSeconds = Math.max(1, ...points.map(({ seconds }) => seconds));
  const maxLag = Math.max(1, ...points.map(({ lag }) => lag));
  const x = (seconds: number): number => LEFT + (seconds / maxSeconds) * (WIDTH - LEFT - RIGHT);
  const y = (lag: number): number => HEIGHT - BOTTOM - (lag / maxLag) * (HEIGHT - BOTTOM - TOP);
  const lines = runs.map(({ name, points: of }, index) => {
    const color = COLORS[index % COLORS.length]!;
    const places = of.map(({ seconds, lag }) => `${x(seconds).toFixed(1)},${y(lag).toFixed(1)}`).join(' ');
    const label = text(WIDTH - RIGHT + 12, TOP + 16 + 20 * index, name, `fill="${color}"`);
    return `<polyline points="${places}" fill="none" stroke="${color}" stroke-width="2"/>${label}`;
  });
  const axes = `<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="#888"/>`;
  const ticks = [
    text(LEFT - 8, y(maxLag) + 4, maxLag.toLocaleString('en'), 'text-anchor="end"'),
    text(LEFT - 8, y(0) + 4, '0', 'text-anchor="end"'),
    text(x(maxSeconds), HEIGHT - BOTTOM + 18, `${Math.round(maxSeconds)} s`, 'text-anchor="end"'),
    text(LEFT, HEIGHT - BOTTOM + 18, 'time since the load began', ''),
    text(LEFT + 6, TOP - 6, 'records of lag', ''),
  ];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`;
  return `${[head, '<rect width="100%" height="100%" fill="#fff"/>', axes, ...ticks, ...lines, '</svg>'].join('\n')}\n`;
}

function text(x: number, y: number, content: string, more: string): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${safe}</text>`;
}

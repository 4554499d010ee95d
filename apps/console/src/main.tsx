import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';
import { App } from './app.jsx';
import { followStatus } from './base/status-store.js';

followStatus();
const root = document.getElementById('app')!;
// Replaces the placeholder that the page shows while this file loads.
root.replaceChildren();
render(<App />, root);

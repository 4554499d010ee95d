/** Sources of a page's parts, as in a Content-Security-Policy: `'self'`, `'sha256-…'`. */
export interface PageSources {
  /** Default `'self'`: files of the same address, nothing inline. */
  scripts?: string;
  /** Default `'self'`. */
  styles?: string;
}

/**
 * The headers of every page: the browser loads from the page's origin only, connects to no other host, runs no inline script, shows
 * the page in no frame, and sends no referrer.
 */
export function pageHeaders({ scripts = "'self'", styles = "'self'" }: PageSources = {}): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `script-src ${scripts}`,
    `style-src ${styles}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** Where parts of a page may come from, in the words of a Content-Security-Policy: `'self'`, `'sha256-…'`. */
export interface PageSources {
  /** Default `'self'`: files of the same address, nothing inline. */
  scripts?: string;
  /** Default `'self'`. */
  styles?: string;
}

/**
 * What a browser is told with every page of ours: it loads from the address that it came from, talks to nobody else, runs nothing
 * that was written into it, is shown in no frame, and names itself to nobody.
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

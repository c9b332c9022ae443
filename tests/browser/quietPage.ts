import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Only the pages themselves may reach the network. All that Chromium does by itself is off. */
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...ARGUMENTS, ...more] });
}

type Scheme = 'light' | 'dark';

/** A new page on `url`'s host whose every noise is written down. */
export async function openQuietPage(browser: Browser, url: string, colorScheme: Scheme = 'light') {
  const viewport = { width: 1280, height: 900 };
  const page = await browser.newPage({ baseURL: url, colorScheme, viewport });
  /** Logged errors and warnings, also of what a policy stops, and requests to other hosts. */
  const noise: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) noise.push(`logged: ${message.text()}`);
  });
  page.on('pageerror', (error) => noise.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && origin !== url) noise.push(`foreign: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) noise.push(`failed: ${response.url()}`);
  });
  return { page, noise };
}

// What every page owes everybody: axe (WCAG 2.2 AA), no sideways scrolling at 320 pixels, a visible focus on every stop of
// the keyboard, no request to another host, nothing for the browser to complain about, less than 100 KiB for the first view.
import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SHOTS = process.env.SHOTS;

/** Goes to a path and tells everything that is wrong with the page, as sentences. */
export async function faults(page, path, name) {
  return [...await firstView(page, path), ...await looks(page, name)];
}

/** The same of a page that is shown already, as after a form. */
export async function looks(page, name) {
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // In the dark only colours differ. There are no frames, so axe may run in the page itself.
    const axe = new AxeBuilder({ page }).setLegacyMode();
    const { violations } = await (colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe.withTags(TAGS)).analyze();
    for (const one of violations) found.push(`${colorScheme}: ${one.id} (${one.help}) at ${one.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
    await shot(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 320, height: 800 });
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) found.push('scrolls sideways at 320 pixels');
  await shot(page, `${name}-320`);
  await page.setViewportSize({ width: 1280, height: 900 });
  found.push(...await hiddenStops(page));
  return found;
}

/**
 * What is wrong with the first view, for somebody with nothing in their cache: more than 100 KiB of page, styles, script, fonts
 * and pictures together, anything from another host, and what the browser complains about, as a break of the CSP.
 */
async function firstView(page, path) {
  const asked = [], found = [];
  const ask = (request) => asked.push(request);
  const complain = (message) => { if (message.type() === 'error') found.push(`the browser complains: ${message.text()}`); };
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  page.on('request', ask).on('console', complain);
  await page.goto(path);
  page.off('request', ask).off('console', complain);
  await devtools.detach();
  const { origin } = new URL(page.url());
  let bytes = 0;
  for (const request of asked) {
    const url = new URL(request.url());
    if (url.protocol === 'data:') continue;
    if (url.origin !== origin) found.push(`asks another host: ${url}`);
    const { responseHeadersSize, responseBodySize } = await request.sizes();
    bytes += responseHeadersSize + responseBodySize;
  }
  // The page and its style sheet at least: else nothing was measured.
  if (asked.length < 2 || bytes < 4_000 || bytes >= 100 * 1024) found.push(`${bytes} bytes in ${asked.length} requests at first view`);
  return found;
}

/** Stops of the Tab key on which nothing shows that they are the stop, or that the key never comes to. */
async function hiddenStops(page) {
  const many = await page.evaluate(() => {
    document.activeElement?.blur();
    globalThis.stops = [];
    document.addEventListener('focusin', ({ target: at }) => {
      const style = getComputedStyle(at), box = at.getBoundingClientRect();
      const shown = box.width > 0 && box.height > 0 && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');
      globalThis.stops.push({ path: `${at.tagName} ${at.getAttribute('name') ?? ''} ${at.textContent.trim().slice(0, 40)}`, shown });
    });
    return document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary').length;
  });
  const presses = Math.min(many, 60);
  await Promise.all(Array.from({ length: presses }, () => page.keyboard.press('Tab')));
  const stops = await page.evaluate(() => globalThis.stops);
  const hidden = stops.filter((one) => !one.shown).map((one) => `no visible focus on: ${one.path}`);
  return stops.length < Math.min(presses, 3) ? [...hidden, `the Tab key stops ${stops.length} times`] : hidden;
}

async function shot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

// What every page owes everybody: axe (WCAG 2.2 AA), no sideways scrolling at 320 pixels, a visible focus on every stop of
// the keyboard, no request to another host, and less than 100 KiB for the first view.
import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SHOTS = process.env.SHOTS;

/** Everything that is wrong with the page, as sentences. */
export async function faults(page, name) {
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    // In the dark only colours differ.
    const axe = new AxeBuilder({ page });
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

/** Stops of the Tab key on which nothing shows that they are the stop. */
async function hiddenStops(page) {
  const hidden = [], seen = new Set();
  await page.evaluate(() => document.activeElement?.blur());
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const style = getComputedStyle(at), box = at.getBoundingClientRect();
      const path = `${at.tagName} ${at.getAttribute('name') ?? ''} ${at.textContent.trim().slice(0, 40)} ${Math.round(box.y)}`;
      return { path, shown: box.width > 0 && box.height > 0 && (style.outlineStyle !== 'none' || style.boxShadow !== 'none') };
    });
    if (!stop || seen.has(stop.path)) break;
    seen.add(stop.path);
    if (!stop.shown) hidden.push(`no visible focus on: ${stop.path}`);
  }
  return hidden;
}

async function shot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

/** Loads a path in a fresh context: bytes of all that it fetched, and hosts other than ours. */
export async function weight(context, path) {
  const page = await context.newPage();
  let bytes = 0;
  const strangers = [];
  page.on('response', async (response) => {
    const sizes = await response.request().sizes().catch(() => ({ responseBodySize: 0 }));
    bytes += sizes.responseBodySize;
  });
  const own = new URL(await page.goto(path).then((answer) => answer.url())).host;
  page.on('request', (request) => { if (new URL(request.url()).host !== own) strangers.push(request.url()); });
  await page.reload({ waitUntil: 'networkidle' });
  await page.close();
  return { bytes, strangers };
}

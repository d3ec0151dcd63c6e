// Every page that a person can come to by links from the first, as each kind of person: axe in light and dark, 320 pixels,
// the keyboard, no stranger's host, its weight.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { faults, weight } from './looks.mjs';
import { browser, signedIn } from './person.mjs';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

/** The kind of a page: its path with names and numbers left out. Two of a kind are enough. */
const kind = (path) => path.split('?')[0].replace(/\/[^/]*(%40|@)[^/]*/, '/ADDRESS').replace(/\/\d+/g, '/N').replace(/\/R[0-9A-Z]{2}(?=\/|$)/, '/CODE');

/** Follows links from the first page; gives one path of each kind of page. */
async function walk(page, most) {
  const found = new Map(), todo = ['/'];
  while (todo.length && found.size < most) {
    const path = todo.shift();
    if (found.has(kind(path))) continue;
    const answer = await page.goto(path).catch(() => null);
    if (!answer || !(answer.headers()['content-type'] ?? '').startsWith('text/html')) continue;
    assert.ok(answer.status() < 500, `${path} answers ${answer.status()}`);
    found.set(kind(path), path);
    const links = await page.$$eval('a[href^="/"]', (all) => all.map((a) => a.getAttribute('href')));
    todo.push(...links.filter((link) => !link.startsWith('/static') && !/\.(csv|ldif|zip)(\?|$)/.test(link)));
  }
  return found;
}

test('the page of whoever is not signed in', async () => {
  const context = await chrome.newContext({ baseURL: served.url, viewport: { width: 1280, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  await page.goto('/sign-in');
  assert.deepEqual(await faults(page, 'sign-in'), []);
  const { bytes, strangers } = await weight(context, '/sign-in');
  assert.deepEqual(strangers, []);
  assert.ok(bytes < 100 * 1024, `${bytes} bytes`);
  await context.close();
});

for (const name of ['una.user', 'lena.local', 'olga.operator']) {
  test(`every page that ${name} can come to`, { timeout: 900_000 }, async (t) => {
    const page = await signedIn(chrome, served, name, { bypassCSP: true });
    const found = await walk(page, 60);
    assert.ok(found.size >= 3, [...found.keys()].join(' '));
    if (name !== 'una.user') found.set('/accounts/ADDRESS', `/accounts/${encodeURIComponent(address('una.user'))}`);
    for (const [what, path] of found) {
      await t.test(what, async () => {
        await page.goto(path);
        assert.deepEqual(await faults(page, `${name}${what.replace(/\W+/g, '-')}`), [], path);
      });
    }
    await page.context().close();
  });
}

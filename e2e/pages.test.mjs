// Every page that a person can come to by links from the first, as each kind of person: axe in light and dark, 320 pixels,
// the keyboard, no stranger's host, its weight.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { faults } from './looks.mjs';
import { browser, signedIn, stranger } from './person.mjs';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

/** The kind of a page: its path without names, codes and numbers. One of a kind is enough. */
const kind = (path) => path.split('?')[0].replace(/\/[^/]*(%40|@)[^/]*/, '/ADDRESS').replace(/\/\d+(?=\/|$)/g, '/N')
  .replace(/^(\/organisations)\/[^/]+/, '$1/CODE').replace(/^(\/policies)\/(?!diff|what-if)[^/]+/, '$1/NAME');

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

/** Pages that are the same for whoever is signed in: they are looked at as a user. */
const ANYBODYS = /^\/(people|security|sessions|mailboxes|sign-in)(\/|$)/;

test('the pages of whoever is not signed in', async () => {
  const page = await stranger(chrome, served);
  for (const path of ['/sign-in', '/sign-in/passkey', '/recover']) assert.deepEqual(await faults(page, path, path.slice(1)), [], path);
  await page.context().close();
});

for (const name of ['una.user', 'lena.local', 'olga.operator']) {
  test(`every page that ${name} can come to`, { timeout: 900_000 }, async (t) => {
    const page = await signedIn(chrome, served, name);
    const found = await walk(page, 60);
    assert.ok(found.size >= 3, [...found.keys()].join(' '));
    if (name !== 'una.user') found.set('/accounts/ADDRESS', `/accounts/${encodeURIComponent(address('una.user'))}`);
    for (const [what, path] of found) {
      if (name !== 'una.user' && ANYBODYS.test(what)) continue;
      await t.test(what, async () => {
        assert.deepEqual(await faults(page, path, `${name}${what.replace(/\W+/g, '-')}`), [], path);
      });
    }
    await page.context().close();
  });
}

// Somebody without a mouse finds a person, reads what happens, and marks a leaver: by Tab, Enter and letters alone, and at
// every stop it shows where they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { browser, reads, signedIn, WAYS } from './person.mjs';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

/** Where the keyboard is, and whether that is seen: an outline or a shadow, on something that has a size. */
const stop = (page) => page.evaluate(() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const label = at.labels?.[0]?.textContent ?? at.textContent;
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return { name: label.trim(), kind: at.tagName, outlined, shadow: style.boxShadow, inside: box.width > 0 && box.right > 0 && box.bottom > 0 && box.top < innerHeight };
});

/** Presses Tab until a stop of this kind with this name is reached. */
async function tabTo(page, kind, name) {
  const passed = [];
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    const at = await stop(page);
    if (at.kind === 'BODY') continue;
    assert.ok(at.inside, `out of sight: ${at.kind} ${at.name}`);
    assert.ok(at.outlined || at.shadow !== 'none', `nothing shows the focus on ${at.kind} ${at.name}`);
    passed.push(at.name);
    if (at.kind === kind && at.name.startsWith(name)) return passed;
  }
  throw new Error(`no ${kind} ${name} on the way: ${passed.join(' | ')}`);
}

for (const { js, way } of WAYS) {
  test(`a leaver is marked by keyboard alone, ${way}`, async () => {
    const page = await signedIn(chrome, served, js ? 'lena.local' : 'liam.local', { js });
    const who = js ? 'nora.leaving' : 'ada.able';
    const first = await tabTo(page, 'A', 'Accounts');
    assert.equal(first[0], 'Skip to main content');
    await enter(page);
    await tabTo(page, 'INPUT', 'Name, address');
    await page.keyboard.type(js ? 'nora' : 'ada able');
    await enter(page);
    await tabTo(page, 'A', address(who));
    await enter(page);
    await tabTo(page, 'A', 'Mark as leaver');
    await enter(page);
    await reads(page, 'What happens', 'told at once');
    await tabTo(page, 'INPUT', 'Reason');
    await page.keyboard.type('goes to sea');
    await tabTo(page, 'BUTTON', 'Mark as leaver');
    await enter(page);
    await reads(page, 'Marked as a leaver');
    assert.equal(served.status(who), 'leaver');
    await page.context().close();
  });
}

/** Enter, which leads to another page. */
async function enter(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

// A Local Administrator's day, with and without JavaScript: find, explain, leaver, disable, forecast, sign out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { browser, signedIn } from './person.mjs';

let served, chrome;
before(async () => { served = await federation(); chrome = await browser(); });
after(async () => { await chrome?.close(); await served?.stop(); });

for (const js of [true, false]) {
  const way = js ? 'with JavaScript' : 'without JavaScript';
  test(`an administrator's day, ${way}`, async (t) => {
    const page = await signedIn(chrome, served, js ? 'lena.local' : 'liam.local', { js });
    const who = js ? 'nora.leaving' : 'una.user';

    await t.test('finds a person by a name with a typing error', async () => {
      await page.getByRole('link', { name: 'Accounts', exact: true }).click();
      await page.locator('[name=q]').fill(js ? 'leavin nora' : 'una usser');
      await page.locator('main form button').first().click();
      await page.getByRole('link', { name: address(who) }).click();
      assert.match(page.url(), new RegExp(encodeURIComponent(address(who)).replaceAll('.', '\\.')));
    });

    await t.test('reads why it stands where it stands', async () => {
      await page.getByText('What comes next').first().waitFor();
      assert.match(await page.locator('main').innerText(), /LC-01/);
    });

    await t.test('marks a leaver, after reading what happens', async () => {
      await page.getByRole('link', { name: 'Mark as leaver' }).click();
      assert.match(await page.locator('main').innerText(), /told at once/);
      await page.locator('main form button').last().click();
      await page.getByText('Marked as a leaver').waitFor();
      assert.match(served.run('explain', address(who)), /leaver/);
    });

    await t.test('takes that back, and disables', async () => {
      await page.getByRole('link', { name: 'Take back as not leaving' }).click();
      await page.locator('main form button').last().click();
      await page.getByRole('link', { name: 'Disable', exact: true }).click();
      await page.locator('main form button').last().click();
      await page.getByText('Nobody can sign in to it now').waitFor();
    });

    await t.test('sees nothing of another organisation', async () => {
      const answer = await page.goto(`/accounts/${encodeURIComponent(address('lou.leaver'))}`);
      assert.equal(answer.status(), 404);
      const absent = await page.goto('/accounts/no.such%40mail.example');
      assert.equal(absent.status(), 404);
    });

    await t.test('looks ahead', async () => {
      await page.getByRole('link', { name: 'Forecast', exact: true }).click();
      assert.match(await page.locator('main').innerText(), new RegExp(address('ines.inactive')));
    });

    await t.test('signs out, and the way back asks for a password', async () => {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.goto('/accounts');
      assert.match(page.url(), /\/sign-in/);
    });
    await page.context().close();
  });
}

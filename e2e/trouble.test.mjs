// What goes wrong, as people meet it: a session that ends in the middle of a form, two who edit one account, a file that is
// not what it says, names that mean harm, old links, a telephone whose clock is off, a browser that closes too early.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, federation } from './federation.mjs';
import { looks } from './looks.mjs';
import { browser, code, fillSignIn, PASSWORD, read, reads, settled, signedIn, signInAgain, stranger, WAYS } from './person.mjs';

const HOSTILE = '<script>alert("here")</script>';
const account = (name) => `/accounts/${encodeURIComponent(address(name))}`;

let served, chrome, lena, liam;
before(async () => {
  served = await federation();
  chrome = await browser();
  lena = await signedIn(chrome, served, 'lena.local');
  liam = await signedIn(chrome, served, 'liam.local', { js: false });
});
after(async () => { await chrome?.close(); await served?.stop(); });

for (const { js, way } of WAYS) {
  test(way, async (t) => {
    const name = js ? 'lena.local' : 'liam.local', who = js ? 'una.user' : 'ugo.user';
    const [page, two] = js ? [lena, liam] : [liam, lena];
    const said = [];
    page.on('dialog', (dialog) => { said.push(dialog.message()); return dialog.dismiss(); });

    await t.test('a session that ends in the middle of a form loses nothing of what was typed', async () => {
      await page.goto(`${account(who)}/edit`);
      await page.getByLabel('Job title').fill('Ward clerk & "keeper" of <keys>');
      await page.getByLabel('A line for the notes').fill('came back\nfrom leave');
      // At another desk the same person ends all sessions but that one.
      const desk = await stranger(chrome, served, { js });
      await desk.goto('/sign-in');
      await signInAgain(desk, name, page.factors);
      await desk.getByRole('link', { name: 'Where you are signed in' }).click();
      await desk.getByRole('button', { name: 'End all but this one' }).click();
      await desk.context().close();

      await page.getByRole('button', { name: 'Save' }).click();
      await reads(page, 'Your session has ended');
      assert.ok(!(await read(page)).includes('keeper'), 'nobody is shown it before they sign in');
      await fillSignIn(page, name, 'not this one');
      await reads(page, 'do not go together');
      await signInAgain(page, name, page.factors);
      await reads(page, 'Nothing was done yet', 'Ward clerk & "keeper" of <keys>', 'came back');
      if (js) assert.deepEqual(await looks(page, 'kept'), []);
      await page.getByRole('button', { name: 'Send it now' }).click();
      await reads(page, 'Saved.', 'Ward clerk & "keeper" of <keys>', 'from leave');
      const again = await page.goto('/kept');
      assert.equal(again.status(), 404, 'it is sent once');
    });

    await t.test('of two who edit one account the second sees what the first changed', async () => {
      await page.goto(`${account(who)}/edit`);
      await two.goto(`${account(who)}/edit`);
      await page.getByLabel('Unit').fill('Ward 7');
      await page.getByRole('button', { name: 'Save' }).click();
      await reads(page, 'Saved.');
      await two.getByLabel('Telephone').fill('0113 496 0000');
      await two.getByRole('button', { name: 'Save' }).click();
      await reads(two, 'Somebody changed it meanwhile', 'Nothing of yours was saved', new RegExp(`Last by ${address(name)}`));
      assert.match(await two.getByRole('row').filter({ hasText: 'Unit' }).innerText(), /nothing\s+Ward 7/);
      assert.equal(await two.getByLabel('Telephone').inputValue(), '0113 496 0000', 'what was typed stays');
      assert.equal(await two.getByLabel('Unit').inputValue(), 'Ward 7', 'beside the work of the other');
      if (!js) assert.deepEqual(await looks(two, 'edit-overtaken'), []);
      await two.getByRole('button', { name: 'Save' }).click();
      await reads(two, 'Saved.', 'Ward 7', '0113 496 0000');
    });

    await t.test('a file that is not what it says is told so', async () => {
      const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Address,Action,Argument,Reason\n', 'utf16le')]);
      for (const [file, bytes, told] of [
        ['staff.csv', Buffer.from('PK\x03\x04 a workbook'), 'a spreadsheet or an archive'],
        ['scan.csv', Buffer.from('%PDF-1.7 a page'), 'a PDF'],
        ['photo.csv', Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1'), 'the text is not UTF-8'],
        ['empty.csv', Buffer.alloc(0), 'is empty'],
        ['wide.csv', utf16, 'UTF-16'],
        ['page.csv', Buffer.from('<html><p>Address</p></html>\n'), 'the first line must be Address,Action,Argument,Reason'],
      ]) {
        await page.goto('/files');
        await page.getByLabel('Actions:').check();
        await page.getByLabel('CSV file').setInputFiles({ name: file, mimeType: 'text/csv', buffer: bytes });
        await page.getByRole('button', { name: 'Send and check' }).click();
        await settled(page);
        assert.ok((await page.getByRole('alert').innerText()).includes(told), `${file}: ${await read(page)}`);
      }
    });

    await t.test('a browser that closes leaves its file at work', async () => {
      const goes = js ? 'bert.able' : 'ada.able';
      await page.goto('/files');
      await page.getByLabel('Actions:').check();
      const nobody = Array.from({ length: 6_000 }, (_, n) => `nobody.${n}@mail.example,disable,,\n`).join('');
      const text = `Address,Action,Argument,Reason\n${nobody}${address(goes)},disable,,\n`;
      await page.getByLabel('CSV file').setInputFiles({ name: `${goes}.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) });
      await page.getByRole('button', { name: 'Send and check' }).click();
      await settled(page);
      const tab = await page.context().newPage();
      await tab.goto(page.url());
      await tab.getByRole('button', { name: /^Apply/ }).click();
      await tab.getByRole('progressbar').waitFor();
      await tab.close();
      await page.goto('/files');
      await page.getByRole('link', { name: `${goes}.csv` }).click();
      await settled(page);
      await reads(page, 'It is applied', 'The first', 'or you may not see it');
      assert.equal(served.status(goes), 'disabled');
    });

    await t.test('names that mean harm are names', async () => {
      const edit = async (first, last) => {
        await page.goto(`${account(who)}/edit`);
        await page.getByLabel('First name').fill(first);
        await page.getByLabel('Last name').fill(last);
        await page.getByRole('button', { name: 'Save' }).click();
      };
      const long = 'x'.repeat(300);
      for (const [last, told] of [[long, '300 characters are too many: shorten it to 64'], ['nora\u202Emoc.live', 'control character (U+202E)']]) {
        await edit('Una', last);
        assert.ok((await page.getByRole('alert').innerText()).includes(told), await read(page));
        assert.equal(await page.getByLabel('Last name').inputValue(), last, 'what was typed stays');
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is pushed off the page');
      }
      await edit(HOSTILE, '"><img src=x onerror=alert(1)>');
      await reads(page, 'Saved.', HOSTILE);
      for (const path of [account(who), `/accounts?q=${encodeURIComponent(who)}`, `/accounts?q=${encodeURIComponent(HOSTILE)}`, `${account(who)}/edit`, `${account(who)}/leaver`, `/people?q=${encodeURIComponent(HOSTILE)}`, `/audit?target=${encodeURIComponent(address(who))}`]) {
        const answer = await page.goto(path);
        assert.equal(answer.status(), 200, path);
        assert.equal(await page.locator('main script, main img').count(), 0, path);
      }
      await page.setViewportSize({ width: 320, height: 800 });
      await page.goto(account(who));
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nor at 320 pixels');
      await page.setViewportSize({ width: 1280, height: 900 });
      await edit('Una', 'User');
      assert.deepEqual(said, [], 'nothing ran');
    });

    await t.test('an old link to what is gone says so, and leads on', async () => {
      const goes = js ? 'nora.leaving' : 'ines.inactive';
      await page.goto(`${account(goes)}/delete`);
      await page.getByRole('button', { name: 'Delete now' }).click();
      assert.match(page.url(), /\/delete$/, 'without a reason nothing is sent');
      await page.getByLabel('Reason').fill('made twice');
      await page.getByRole('button', { name: 'Delete now' }).click();
      await reads(page, 'Deleted.');
      assert.equal(served.status(goes), 'deleted');
      // A bookmark of what can no longer be done, of a number that is nobody's, of an account that went elsewhere.
      for (const path of [`${account(goes)}/leaver`, '/files/999', '/held/999', account('lou.leaver'), account('no.such')]) {
        const answer = await page.goto(path);
        assert.equal(answer.status(), 404, path);
        await page.getByRole('link', { name: 'To the first page' }).waitFor();
      }
      await page.goto(account(goes));
      await reads(page, 'deleted', 'can be restored');
      await page.getByRole('link', { name: 'Restore' }).click();
      await page.getByRole('button', { name: 'Restore' }).click();
      await reads(page, 'Restored.');
      assert.equal(served.status(goes), 'active');
    });

    await t.test('a telephone whose clock is off is told by how much', async () => {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await fillSignIn(page, name, PASSWORD);
      await page.getByLabel('Code').fill(code(page.factors.secret, 8));
      await page.getByRole('button', { name: 'Go on' }).click();
      assert.match(await page.getByRole('alert').innerText(), /4 minutes/);
      await page.getByLabel('Code').fill(code(page.factors.secret, -9));
      await page.getByRole('button', { name: 'Go on' }).click();
      assert.match(await page.getByRole('alert').innerText(), /minutes|Wait/);
      await page.getByLabel('Code').fill(page.factors.codes.pop());
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
    });
  });
}

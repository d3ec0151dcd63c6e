// A federation of made-up people in real organisations, in a folder of its own, and the real program that serves it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const PROGRAM = process.env.ALMONER ?? join(ROOT, 'target', 'debug', 'almoner');
export const TODAY = '2018-09-03';

const COLUMNS = 'Address,Kind,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,'
  + 'OrganisationODS,Unit,Licence,Status,StatusSince,Created,TermsAccepted,PasswordChanged,Notes';

// Who there is: address, first and last name, organisation, status with its day, last change of the password.
const NAMED = [
  ['una.user', 'Una', 'User', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['lena.local', 'Lena', 'Local', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['liam.local', 'Liam', 'Local', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['lars.local', 'Lars', 'Local', 'R1A', 'active,2018-03-01', '2018-08-20'],
  ['olga.operator', 'Olga', 'Operator', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['otto.operator', 'Otto', 'Operator', 'R1A', 'active,2018-03-01', '2018-08-20'],
  ['hana.helpdesk', 'Hana', 'Helpdesk', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['nora.leaving', 'Nora', 'Leaving', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['ines.inactive', 'Ines', 'Inactive', 'R0A', 'inactive,2018-06-15', '2018-03-01'],
  ['lou.leaver', 'Lou', 'Leaver', 'R1A', 'leaver,2018-08-25', '2018-08-20'],
  ['dina.disabled', 'Dina', 'Disabled', 'R0A', 'disabled,2018-05-01', '2018-04-20'],
  ['leo.leaver', 'Leo', 'Leaver', 'R1A', 'leaver,2018-08-25', '2018-08-20'],
  ['iris.idle', 'Iris', 'Idle', 'R1A', 'active,2018-03-01', '2018-05-01'],
  ['ugo.user', 'Ugo', 'User', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['ada.able', 'Ada', 'Able', 'R0A', 'active,2018-03-01', '2018-08-20'],
  ['bert.able', 'Bert', 'Able', 'R0A', 'active,2018-03-01', '2018-08-20'],
];

const GRANTS = [
  ['lena.local', 'local_admin', '--organisation', 'R0A'],
  ['liam.local', 'local_admin', '--organisation', 'R0A'],
  ['lars.local', 'primary_local_admin', '--organisation', 'R1A', '--confirmed-as', 'head_of_hr', '--confirmed-by', 'Pat Low'],
  ['olga.operator', 'operator', '--federation'],
  ['otto.operator', 'operator', '--federation'],
  ['hana.helpdesk', 'helpdesk', '--organisation', 'R0A'],
];

export const address = (name) => `${name}@mail.example`;

function people() {
  const line = ([name, first, last, code, status, changed], number) =>
    `${address(name)},user,${number + 1},,${first},${last},,,,,,${code},,,${status},2017-01-01,2017-01-02,${changed},`;
  // Enough of others for a brake: a ward of forty.
  const ward = Array.from({ length: 40 }, (_, i) => [`wendy.ward${i + 1}`, 'Wendy', 'Ward', 'RJ1', 'active,2018-03-01', '2018-08-20']);
  return [COLUMNS, ...[...NAMED, ...ward].map(line)].join('\n') + '\n';
}

/**
 * Makes the federation and serves it: {url, run(...), status(name), password(name), file(name, text), stop()}; with an
 * environment, and another policy than that of September 2018, where they are given.
 */
export async function federation({ env = {}, policy = (text) => text } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'almoner-e2e-'));
  const file = (name, text) => { const path = join(folder, name); writeFileSync(path, text); return path; };
  const at = ['--store', `sqlite:${join(folder, 'almoner.db')}`, '--quiet', '--now', TODAY];
  const run = (...words) => execFileSync(PROGRAM, [...at, ...words], { encoding: 'utf8' });
  const rules = policy(readFileSync(join(ROOT, 'policy', '2018-09.toml'), 'utf8'));
  run('init', '--rehearsal', '--policy', file('policy.toml', rules));
  run('org', 'import', join(ROOT, 'data', 'ods', 'etr_2024-12.csv'), '--edition', 'etr 2024-12');
  run('account', 'import', file('people.csv', people()), '--migrate', '--out', join(folder, 'outcome.csv'));
  for (const [name, role, ...over] of GRANTS) run('grant', 'add', address(name), '--role', role, ...over);
  run('run');
  const port = await freePort();
  // By a name: passkeys know no numbers.
  const url = `http://localhost:${port}`;
  const child = spawn(PROGRAM, [...at, 'serve', '--listen', `127.0.0.1:${port}`, '--origin', url], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  await told(child);
  const stop = () => new Promise((done) => {
    child.on('exit', () => { rmSync(folder, { recursive: true, force: true }); done(); });
    child.kill('SIGTERM');
  });
  const password = (name) => JSON.parse(run('--json', 'password', address(name))).password;
  const status = (name) => JSON.parse(run('--json', 'explain', address(name))).status;
  return { url, run, status, password, file, folder, stop };
}

export const freePort = () => new Promise((found) => {
  const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => found(port)); });
});

/** Waits until the program says that it serves. */
export function told(child) {
  return new Promise((found, failed) => {
    let text = '';
    const hear = (more) => {
      text += more;
      if (/http:\/\/(localhost|127\.0\.0\.1):\d+/.test(text)) found();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => failed(new Error(`the program ended (${code}): ${text}`)));
  });
}

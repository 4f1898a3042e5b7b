// Starts the real program, and stops it when the test ends.
import { spawn, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patience = 60_000;

// binary returns the program to test: the one that KLANKBORD_BIN names, else one
// that is built here. Building again costs little where nothing changed.
export function binary() {
  if (process.env.KLANKBORD_BIN) return process.env.KLANKBORD_BIN;
  const out = path.join(root, 'build', 'klankbord');
  execFileSync('go', ['build', '-o', out, './cmd/klankbord'], {
    cwd: root,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return out;
}

// freePort asks the system for a loopback port that nothing listens on.
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

// startServer runs `klankbord demo` on a port and with a state folder of its own,
// and returns once it is ready: { url, state, log(), stop() }. Pass the test's
// context as t to have it stopped when the test ends. Options: args, more
// arguments; env, more variables; program, arguments to use in place of demo's;
// before, what to do with the state folder first; state, a folder to go on with, which
// whoever had it left with stop({ keep: true }). Messages go at once, so that nobody waits
// for them, unless env says otherwise. A demo begins as a copy of KLANKBORD_SEED, where
// that names a folder (see seed-main.mjs).
export async function startServer(t, { args = [], env = {}, program, before, state: given } = {}) {
  const state = given ?? mkdtempSync(path.join(tmpdir(), 'klankbord-e2e-'));
  if (process.env.KLANKBORD_SEED && !program && !given) cpSync(process.env.KLANKBORD_SEED, state, { recursive: true, preserveTimestamps: true });
  const port = await freePort();
  await before?.(state);
  const command = program ?? [binary(), 'demo'];
  const child = spawn(
    command[0],
    [...command.slice(1), '--listen', `127.0.0.1:${port}`, '--state', state, ...args],
    { env: { KLANKBORD_UNDO: '0s', ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const ended = new Promise((resolve) => {
    child.once('error', (err) => resolve(err.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  const dieWithUs = () => child.kill('SIGKILL');
  process.once('exit', dieWithUs);

  let left = false;
  const stop = async ({ keep = false } = {}) => {
    left ||= keep;
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const how = await ended;
    clearTimeout(late);
    process.removeListener('exit', dieWithUs);
    if (!left) rmSync(state, { recursive: true, force: true });
    return how;
  };
  t?.after(() => stop());

  const url = `http://127.0.0.1:${port}`;
  const failed = await Promise.race([ready(url, () => child.exitCode === null), ended]);
  if (failed) {
    if (!t) await stop();
    throw new Error(`${path.basename(command[0])} is not ready: ${failed}\n${log.slice(-4000)}`);
  }
  return { url, state, log: () => log, stop };
}

// ready asks /readyz until it is content. It returns what is wrong, or nothing.
async function ready(url, alive) {
  const deadline = Date.now() + patience;
  let last = 'no answer';
  while (alive() && Date.now() < deadline) {
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
      await answer.arrayBuffer();
      if (answer.ok) return undefined;
      last = `/readyz answers ${answer.status}`;
    } catch (err) {
      last = err.cause?.code ?? err.message;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return last;
}

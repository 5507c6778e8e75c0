// Builds the page, or does nothing where no input changed since: Java-only builds stay fast.
// Usage: node build.mjs build|test
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const PACKAGES = ['package.json', 'package-lock.json', '.npmrc'];
const SOURCES = [...PACKAGES, 'tsconfig.json', 'vite.config.ts', 'index.html', 'build.mjs', 'src', 'public'];
const OUTPUT = 'target/classes/keelson-web/index.html';

function files(path) {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function fingerprint(paths) {
  const hash = createHash('sha256');
  const all = paths.flatMap((path) => (path === 'src' || path === 'public' ? files(path) : [path])).filter((path) => !path.endsWith('.java'));
  for (const path of all.sort()) hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

function once(name, print, done, commands) {
  const stamp = join('target', `${name}.stamp`);
  if (done && existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return;
  for (const [command, ...args] of commands) {
    const result = spawnSync(command, args, { stdio: 'inherit' });
    if (result.error) {
      console.error(`${command} cannot be started (${result.error.code}). The web page needs Node 20.19 or newer with npm.`);
    }
    if (result.status !== 0) process.exit(result.status ?? 1);
  }
  mkdirSync('target', { recursive: true });
  writeFileSync(stamp, print);
}

const installed = () =>
  once('packages', fingerprint(PACKAGES), existsSync('node_modules/vite'), [['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error']]);

switch (process.argv[2]) {
  case 'build':
    installed();
    once('page', fingerprint(SOURCES), existsSync(OUTPUT), [['npm', 'run', '--silent', 'build']]);
    break;
  case 'test':
    installed();
    once('test', fingerprint(SOURCES), true, [['npm', 'test', '--silent']]);
    break;
  default:
    console.error('Usage: node build.mjs build|test');
    process.exit(2);
}

// Holds HTML files to the standard, with html-validate and with the checker of the
// W3C (vnu). Each returns a list of sentences, empty where all is well.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import path from 'node:path';
import { HtmlValidate } from 'html-validate';

const vnuJar = createRequire(import.meta.url).resolve('vnu-jar/build/dist/vnu.jar');

const config = {
  root: true,
  extends: ['html-validate:recommended', 'html-validate:a11y', 'html-validate:standard'],
  rules: {
    'form-dup-name': 'off', // radio buttons and check boxes share one
    'require-sri': 'off', // nothing comes from another host
    'long-title': 'off', // a title holds error, question, page and organisation
    'no-inline-style': 'error',
    'no-trailing-whitespace': 'off', // what a person typed keeps its white space
    'prefer-native-element': ['error', { exclude: ['region', 'status', 'alert', 'search'] }],
  },
};

// htmlValidate checks files with html-validate.
export async function htmlValidate(files) {
  const validator = new HtmlValidate(config);
  const out = [];
  for (const file of files) {
    const report = await validator.validateFile(file);
    for (const { messages } of report.results) {
      for (const m of messages) out.push(`${short(file)}:${m.line}: ${m.message} (${m.ruleId})`);
    }
  }
  return out;
}

// vnu checks files with the W3C's checker, all in one run of Java.
export async function vnu(files) {
  const java = await promisify(execFile)(
    'java',
    ['-Xss2m', '-jar', vnuJar, '--errors-only', '--format', 'json', '--stdout', '--exit-zero-always', ...files],
    { maxBuffer: 64 << 20 },
  );
  return JSON.parse(java.stdout).messages.map(
    (m) => `${short(m.url ?? '')}:${m.lastLine ?? '?'}: ${m.message} (vnu ${m.subType ?? m.type})`,
  );
}

function short(file) {
  return file.split(path.sep).slice(-2).join('/');
}

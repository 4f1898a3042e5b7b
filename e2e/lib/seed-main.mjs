// Founds the demo once, in the folder that is named, for every test to begin with a
// copy of it: founding takes longer than most of what a test does with it.
import { mkdirSync } from 'node:fs';
import { startServer } from './server.mjs';

const [, , folder] = process.argv;
mkdirSync(folder, { recursive: true });
const { stop } = await startServer(null, { state: folder });
await stop({ keep: true });

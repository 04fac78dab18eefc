import { runLeashed } from '../../../../lab/tools/build/leash.js';

// Run as a process of its own: runs the command of its arguments on the leash.
const [file = '', ...parameters] = process.argv.slice(2);
await runLeashed(file, parameters, {
  folder: process.cwd(),
  environment: process.env,
  onOutput: (text) => void process.stdout.write(text),
});

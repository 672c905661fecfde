// Loaded before a program with --import: writes the modules it loaded, one a line, to the file in TRACE_IMPORTS.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env.TRACE_IMPORTS, loaded.join('\n')));

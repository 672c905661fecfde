import { failed, ok, type Check } from '../check.ts';

/** As package.json asks for. */
const OLDEST_NODE = 24;

/** Node and stagesync itself. */
export const versions: Check = {
  name: 'versions',
  async examine({ process: { node, version, platform } }) {
    const text = `stagesync ${version}, Node.js ${node}, ${platform}`;
    if (Number(node.split('.')[0]) >= OLDEST_NODE) return ok(text);
    return failed(text, 'config', `stagesync needs Node.js ${OLDEST_NODE} or newer`);
  },
};

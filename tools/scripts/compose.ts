/** `npm run compose`: validates compose.yaml as Docker Compose would, by the Compose Specification. */
import { main, refuseArguments, root } from '../project.mjs';
import { goProgram, must } from './programs.ts';

await main(async () => {
  refuseArguments();
  process.chdir(root);
  const composeGo = await goProgram('github.com/compose-spec/compose-go/v2', 'v2.16.2', './cmd');
  await must(composeGo, ['-format', 'json', 'compose.yaml']);
  console.log('ok      compose.yaml');
});

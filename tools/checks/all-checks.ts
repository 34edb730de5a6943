/** Lists the checks in the order in which they run: the cheap ones first. */
import { designTokens } from './design-tokens.ts';
import { documentLinks } from './document-links.ts';
import type { Check } from './finding.ts';
import { houseStyle } from './house-style.ts';
import { importCycles } from './import-cycles.ts';
import { importDirections } from './import-directions.ts';
import { libraryOwners } from './library-owners.ts';
import { relativePaths } from './relative-paths.ts';
import { testingImporters } from './testing-importers.ts';
import { types } from './types.ts';
import { undeclaredDependencies } from './undeclared-dependencies.ts';

export const ALL_CHECKS: readonly Check[] = [
  importDirections,
  importCycles,
  undeclaredDependencies,
  libraryOwners,
  testingImporters,
  relativePaths,
  documentLinks,
  designTokens,
  houseStyle,
  types,
];

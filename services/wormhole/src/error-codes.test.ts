/** Code and list of error codes are equal: nothing is raised that is not explained, nothing is explained that is not raised. */
import { namedCodes } from '@rtdp/testing/named-codes';
import { expect, it } from 'vitest';
import { WORMHOLE_ERROR_CODES } from './error-codes.ts';

it('every code that the sources name is in the list, and the other way round', () => {
  expect(
    namedCodes(import.meta.dirname, /WORMHOLE_(?!ERROR_CODES|MIGRATIONS|OPTIONS|GROUP)[A-Z]+(?:_[A-Z]+)*/g),
  ).toEqual(Object.keys(WORMHOLE_ERROR_CODES).sort());
});

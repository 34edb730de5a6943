/** Code and list of error codes are equal: nothing is raised that is not explained, nothing is explained that is not raised. */
import { namedCodes } from '@rtdp/testing/named-codes';
import { expect, it } from 'vitest';
import { DBUS_ERROR_CODES } from './error-codes.ts';
import { PIPELINE_ERROR_CODES } from './pipeline/error-codes.ts';

it('every code that the sources name is in the list, and the other way round', () => {
  expect(namedCodes(import.meta.dirname, /(?<=')DBUS_[A-Z_]+(?=')/g)).toEqual(
    Object.keys({ ...DBUS_ERROR_CODES, ...PIPELINE_ERROR_CODES }).sort(),
  );
});

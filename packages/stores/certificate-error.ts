/** Recognises a server whose certificate is not trusted: neither away nor refusing, but not to be spoken to. */
import { RtdpError } from '@rtdp/ums/error';

/** As Node names what is wrong with a certificate. */
const CODES = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|SIGNATURE/;

/** undefined where the failure is about something else. */
export function toCertificateError(error: unknown, facts: Record<string, unknown>): RtdpError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (!CODES.test(code) && !/certificate/i.test(message)) return undefined;
  return new RtdpError({
    code: 'STORE_UNREACHABLE',
    message: `the certificate of the store is not trusted: ${message.replace(/; if the root CA.*$/, '')}`,
    next: 'Give the certificate of the authority that signed it, or use `require` where the network can be trusted.',
    facts: { ...facts, reason: code },
    cause: error,
  });
}

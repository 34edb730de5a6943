/** Decides what is said to whoever is not let in. */
import { RtdpError } from '@rtdp/ums/error';

export function loginFailed(message: string, next: string): RtdpError {
  return new RtdpError({ code: 'DAVINCI_LOGIN_FAILED', message, next });
}

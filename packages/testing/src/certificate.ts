/** Makes a self-signed certificate for 127.0.0.1, as a Java key store and as PEM, for a test's own TLS listener. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ensureJava } from '@rtdp/local/java';

const run = promisify(execFile);

export interface TestCertificate {
  /** Path of a PKCS12 store that holds the key and the certificate; both passwords are `password`. */
  store: string;
  password: string;
  /** The certificate, PEM: what a client has to trust. */
  pem: string;
}

/** Writes `broker.p12` into `folder`; valid for two days. */
export async function testCertificate(folder: string): Promise<TestCertificate> {
  const keytool = join(dirname(await ensureJava()), 'keytool');
  const store = join(folder, 'server.p12');
  const password = 'only-for-this-test';
  const common = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', password, '-alias', 'server'];
  const subject = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-validity', '2'];
  await run(keytool, ['-genkeypair', ...common, '-keyalg', 'EC', ...subject]);
  const { stdout } = await run(keytool, ['-exportcert', '-rfc', ...common]);
  return { store, password, pem: stdout };
}

// Passkeys: asks the browser for one, or to make one, and sends what it says with an ordinary form. Keeps nothing.

/** @typedef {{ id: string, type: "public-key" }} Described */
/** @typedef {{ id: string, name: string, displayName: string }} Account */
/** @typedef {Pick<PublicKeyCredentialCreationOptions, "rp" | "pubKeyCredParams">} Ours */
/** @typedef {Ours & { challenge: string, user?: Account, excludeCredentials?: Described[] }} Options as WebAuthn's JSON */

/** @param {string} text in base64url */
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

/** @param {ArrayBuffer | null | undefined} bytes */
const toText = (bytes) =>
  bytes ? btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") : undefined;

/** @param {Options} options */
async function ask(options) {
  const { user, excludeCredentials = [] } = options;
  const challenge = toBytes(options.challenge);
  if (!user) return navigator.credentials.get({ publicKey: { ...options, challenge } });
  const known = excludeCredentials.map((each) => ({ ...each, id: toBytes(each.id) }));
  const wanted = { ...options, challenge, user: { ...user, id: toBytes(user.id) }, excludeCredentials: known };
  return navigator.credentials.create({ publicKey: /** @type {PublicKeyCredentialCreationOptions} */ (wanted) });
}

/** @param {PublicKeyCredential} credential as JSON: `toJSON` is missing on tablets of 2024 */
function asJson(credential) {
  const { response } = credential;
  /** @type {Record<string, string | undefined>} */
  const said = { clientDataJSON: toText(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    said.attestationObject = toText(response.attestationObject);
  } else if (response instanceof AuthenticatorAssertionResponse) {
    said.authenticatorData = toText(response.authenticatorData);
    said.signature = toText(response.signature);
    said.userHandle = toText(response.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: said });
}

/** @param {HTMLFormElement} form */
async function answer(form) {
  const reply = await fetch(form.dataset.passkey ?? "", { method: "POST" });
  if (!reply.ok) throw new Error("refused");
  const credential = await ask(await reply.json());
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  field.value = asJson(/** @type {PublicKeyCredential} */ (credential));
  form.submit();
}

/** @param {HTMLFormElement} form */
function prepare(form) {
  const failed = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.hidden = button.disabled = true;
    answer(form).catch(() => {
      failed.hidden = button.disabled = false;
    });
  });
}

if ("PublicKeyCredential" in globalThis) {
  for (const form of document.forms) if (form.dataset.passkey) prepare(form);
  for (const element of document.querySelectorAll("[data-without-passkeys]")) element.remove();
}

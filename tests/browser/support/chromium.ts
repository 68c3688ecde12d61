/** Debian's Chromium, as a kiosk runs it: sound without a gesture, no talk with the world. */
export const chromium = {
  viewport: { width: 1366, height: 768 },
  locale: 'lv-LV',
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  },
};

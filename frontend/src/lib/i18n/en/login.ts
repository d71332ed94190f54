export default {
  title: 'Sign in',
  lead: 'Call everybody at once, and hear everybody answer.',
  email: 'E-mail address',
  password: 'Password',
  submit: 'Sign in',
  showPassword: 'Show the password',
  hidePassword: 'Hide the password',
  forgotten: 'Forgotten your password? Ask whoever runs Noroshi in your company.',
  again: 'Sign in again',
  version: 'Noroshi {version}'
} as const;

import common from './common';
import time from './time';
import zones from './zones';
import errors from './errors';
import states from './states';
import shell from './shell';
import login from './login';
import setup from './setup';
import home from './home';
import activity from './activity';
import broadcasts from './broadcasts';
import result from './result';
import tray from './tray';
import recipients from './recipients';
import importing from './importing';
import groups from './groups';
import compose from './compose';
import sheet from './sheet';
import countries from './countries';
import system from './system';
import handsets from './handsets';

/** The English texts: the source of truth for keys and parameters. One file an area. */
export default {
  common,
  time,
  zones,
  errors,
  states,
  shell,
  login,
  setup,
  home,
  activity,
  broadcasts,
  result,
  tray,
  recipients,
  importing,
  groups,
  compose,
  sheet,
  countries,
  system,
  handsets
};

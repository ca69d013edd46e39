#include "build_info.h"

const char *rssctl_build_commit(void) { return RSSCTL_COMMIT; }

const char *rssctl_build_date(void) { return RSSCTL_DATE; }

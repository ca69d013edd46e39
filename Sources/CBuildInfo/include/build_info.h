#ifndef RSSCTL_BUILD_INFO_H
#define RSSCTL_BUILD_INFO_H

/// The commit the binary was built from, or "unknown". Set by the Makefile through Package.swift.
const char *rssctl_build_commit(void);

/// The day the binary was built on, or "unknown".
const char *rssctl_build_date(void);

#endif

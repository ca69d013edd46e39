import CBuildInfo

/// What this build is.
package enum Version {
    /// Semantic version.
    package static let number = "0.1.0"

    /// The commit the binary was built from.
    package static var commit: String { String(cString: rssctl_build_commit()) }

    /// The day it was built on.
    package static var date: String { String(cString: rssctl_build_date()) }

    /// `rssctl 0.1.0 (commit 67baca6, built 2026-11-24)`
    package static var line: String { "rssctl \(number) (commit \(commit), built \(date))" }
}

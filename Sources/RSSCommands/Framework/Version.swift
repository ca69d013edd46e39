import CBuildInfo

/// What this build is.
public enum Version {
    /// Semantic version.
    public static let number = "0.1.0"

    /// The commit the binary was built from.
    public static var commit: String { String(cString: rssctl_build_commit()) }

    /// The day it was built on.
    public static var date: String { String(cString: rssctl_build_date()) }

    /// `0.1.0 (commit 67baca6, built 2026-11-24)`
    public static var line: String { "\(number) (commit \(commit), built \(date))" }
}

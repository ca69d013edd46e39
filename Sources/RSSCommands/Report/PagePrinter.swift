import Foundation
import Glibc
import RSSCore
import RSSModel
import RSSSystem

/// Prints an HTML page as a PDF with a program of the system.
struct PagePrinter {
    private let path: String
    private let isBrowser: Bool

    /// The programs in the order in which they are preferred, as Debian names them.
    static let programs = [
        "weasyprint", "chromium", "chromium-headless-shell", "chromium-browser", "google-chrome",
    ]

    /// The first that is installed.
    ///
    /// - Throws: ``PagePrinterError/notInstalled``.
    static func find() throws(PagePrinterError) -> PagePrinter {
        for program in programs {
            if let path = Subprocess.find(program) {
                return PagePrinter(path: path, isBrowser: program != "weasyprint")
            }
        }
        throw .notInstalled
    }

    /// The PDF of a page.
    ///
    /// - Throws: ``PagePrinterError``, `SubprocessError`, `CancellationError`.
    func pdf(of page: String) async throws -> [UInt8] {
        let folder = try PrivateWorkFolder()
        defer { folder.remove() }
        let (source, target) = (folder.path + "/page.html", folder.path + "/page.pdf")
        let draft = try FileDraft(source) { _ in false }
        try draft.write(Array(page.utf8))
        try draft.publish()
        let arguments =
            isBrowser
            ? [
                "--headless", "--disable-gpu", "--no-pdf-header-footer", "--disable-extensions", "--incognito",
                "--user-data-dir=\(folder.path)/profile", "--print-to-pdf=\(target)", "file://\(source)",
            ] : [source, target]
        // Chromium refuses to run for root with its sandbox; the page is ours, without scripts and without a network.
        let extra = isBrowser && geteuid() == 0 ? ["--no-sandbox"] : []
        let result = try await Subprocess(executable: path, arguments: extra + arguments).run()
        guard result.status == 0, let data = FileManager.default.contents(atPath: target),
            data.starts(with: Data("%PDF-".utf8))
        else {
            let words = (result.errors.isEmpty ? result.output : result.errors).suffix(500)
            throw PagePrinterError.failed(path, status: result.status, words: String(words))
        }
        return Array(data)
    }
}

/// A folder in the place for temporary files that only this user can open.
private struct PrivateWorkFolder {
    let path: String

    init() throws {
        path = "\(TemporaryPlace.folder)/rssctl-print-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    // A failure is dropped: what stays is private, and in the place that the system empties.
    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// Why a page was not printed.
enum PagePrinterError: ReportableError, Equatable {
    /// None of the programs is installed.
    case notInstalled
    /// The program did not make a PDF.
    case failed(String, status: Int32, words: String)

    var report: ErrorReport {
        switch self {
        case .notInstalled:
            ErrorReport(
                code: "RSS-REPORT-006", exit: .failed, message: "no program that prints PDF is installed",
                detail: "Looked for \(PagePrinter.programs.joined(separator: ", ")) in PATH.",
                hint: "Use --html, or install a program: apt-get install weasyprint")
        case .failed(let path, let status, let words):
            ErrorReport(
                code: "RSS-REPORT-007", exit: .failed, message: "\(path) did not make a PDF (status \(status))",
                detail: words.isEmpty ? nil : words, hint: "Use --html, and print the page from a browser.")
        }
    }
}

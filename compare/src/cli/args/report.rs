use std::path::PathBuf;

use clap::Args;
use findings::evidence::Section;
use render::writeup::Profile;

use super::Format;

#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// Measure nothing; exit 1 unless the report is what the saved evidence renders to
    #[arg(long)]
    pub(in crate::cli) check: bool,
    /// Measure these parts anew, and keep the others [default: all but peers and selfcheck]
    #[arg(
        long,
        value_enum,
        value_name = "SECTION",
        value_delimiter = ',',
        conflicts_with = "check"
    )]
    pub(in crate::cli) only: Vec<Section>,
    /// Where REPORT.md, report.html and the folder report stand
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) out: PathBuf,
    /// Measure nothing; render this evidence [default of --check: report/data.json in DIR]
    #[arg(long, value_name = "FILE", conflicts_with = "only")]
    pub(in crate::cli) data: Option<PathBuf>,
    /// With what text a REPORT.md begins that is not there yet [default: full]
    #[arg(long, value_enum)]
    pub(in crate::cli) profile: Option<Profile>,
    /// How to print what was written, or what is out of step
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(in crate::cli) format: Format,
}

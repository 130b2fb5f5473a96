from hotrow.tabular.report.report import write_report

__all__ = ["write_report"]

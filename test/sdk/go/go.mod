module sdkcheck

go 1.24

"""What is around the package: processes, folders, file systems, terminals and Pythons that lack something."""

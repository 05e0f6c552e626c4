"""What one sees and touches in front ends with widgets. Imported late: ipywidgets takes 0.1 s to load."""

"""The front ends that people use, each as it is used: live, in the end, stopped, exported, and opened again."""

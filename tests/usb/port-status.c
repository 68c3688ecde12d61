/* Sets what a gadget printer answers to GET_PORT_STATUS; its device is standard input. */
#include <stdlib.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
    return argc != 2 || ioctl(0, _IOWR('g', 0x22, unsigned char), strtol(argv[1], 0, 0)) < 0;
}
